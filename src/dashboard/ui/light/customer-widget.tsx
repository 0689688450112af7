import { actions } from "@saleor/app-sdk/app-bridge";
import { useEffect, useRef } from "react";
import { dashboardBridge } from "../shell/bridge";
import { CustomerStandings } from "./customer-standings";

/** In the card on the customer's page: as high as what it says. Dashboards before 3.23.8 keep 200 px and do not answer. */
export const CustomerWidget = () => {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      const height = Math.ceil(entry?.target.getBoundingClientRect().height ?? 0);
      if (height > 0)
        dashboardBridge()
          .dispatch(actions.WidgetResize({ height }))
          .catch(() => {});
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} className="crm-light-widget">
      <CustomerStandings isPopup={false} />
    </div>
  );
};

/** From the menu of the customer's page: all there is on 3.21, where there are no widgets. */
export const CustomerPopup = () => (
  <div className="crm-light-popup">
    <CustomerStandings isPopup />
  </div>
);
