import type { ReactNode } from "react";

interface NoteProps {
  /** What the window is, for those who do not see the Dashboard's frame around it. */
  heading: string;
  title: string;
  text?: string;
  action?: ReactNode;
}

/** In place of the rows: what is the matter, and what to do. */
export const Note = ({ heading, title, text, action }: NoteProps) => (
  <div className="crm-light-note">
    <h1 className="crm-hidden">{heading}</h1>
    <p role="status">{title}</p>
    {text ? <p className="crm-muted">{text}</p> : null}
    {action}
  </div>
);
