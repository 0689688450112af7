/** A question. Focus lands on "back", which comes first; the other button repeats the title's verb. */
import { Button, Modal, Text } from "@saleor/macaw-ui";
import { type ReactNode, useId } from "react";

interface ConfirmProps {
  open: boolean;
  title: string;
  body: ReactNode;
  verb: string;
  back: string;
  danger?: boolean;
  busy?: boolean;
  /** The condition in the body is not met yet. */
  locked?: boolean;
  onBack(): void;
  onConfirm(): void;
}

export const Confirm = (p: ConfirmProps) => {
  const id = useId();
  return (
    <Modal
      open={p.open}
      onChange={(open) => {
        if (!open && !p.busy) p.onBack();
      }}
    >
      <Modal.Content dialogContentProps={{ "aria-labelledby": `${id}t`, "aria-describedby": `${id}b` }}>
        <div className="crm-dialog" style={{ boxShadow: "0 8px 40px rgb(0 0 0 / 25%)" }}>
          <Text as="h2" id={`${id}t`} size={5} fontWeight="bold">
            {p.title}
          </Text>
          <div id={`${id}b`} className="crm-dialog-body">
            {typeof p.body === "string" ? (
              <Text as="p" size={3}>
                {p.body}
              </Text>
            ) : (
              p.body
            )}
          </div>
          <div className="crm-dialog-buttons">
            <Button variant="secondary" onClick={p.onBack} disabled={p.busy}>
              {p.back}
            </Button>
            <Button variant={p.danger ? "error" : "primary"} onClick={p.onConfirm} disabled={p.busy || p.locked}>
              {p.verb}
            </Button>
          </div>
        </div>
      </Modal.Content>
    </Modal>
  );
};
