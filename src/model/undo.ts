/** Taking back what a run created. Never a status, never an erasure. */
import type { DeletionPolicy } from "./connection";

export type UndoWay = Extract<DeletionPolicy, "archive" | "tag">;

/** What the way `tag` puts on the contact; whoever syncs the customer again takes it off. */
export const UNDO_TAG = "Saleor sync undone";

/** `undone`: taken back; `left`: alone, with good reason; `failed`: the provider would not. */
export type UndoEnd = "undone" | "left" | "failed";
