import { AppLink } from "../shell/leave";

export interface NavItem {
  href: string;
  label: string;
  current: boolean;
}

export const NavRow = ({ label, items }: { label: string; items: NavItem[] }) => (
  <nav className="crm-nav" aria-label={label}>
    {items.map((item) => (
      <AppLink key={item.href} href={item.href} current={item.current} className="">
        {item.label}
      </AppLink>
    ))}
  </nav>
);
