import type { ConnectionView } from "@/dashboard/api/views";
import { useHealthPill } from "../health";
import { Pill } from "./pill";

export const HealthPill = ({ connection }: { connection: ConnectionView }) => {
  const { tone, word } = useHealthPill(connection);
  return <Pill tone={tone}>{word}</Pill>;
};
