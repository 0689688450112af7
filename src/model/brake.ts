/** More than both of these at once is an accident in Saleor or in our reading of it, not people leaving. */
const ROWS = 20;
const SHARE = 0.01;

export const isTooManyAtOnce = (leaving: number, known: number): boolean => leaving > ROWS && leaving > known * SHARE;
