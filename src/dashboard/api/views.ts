/** The shapes of the pages’ calls; they stand in model/, since rooms answer in them. */
export type * from "@/model/views";
