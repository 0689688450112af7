/** An act that never overtakes itself: called while it runs, it does nothing. Never rejects. */
export function alone(act: () => Promise<unknown>, failed: (error: unknown) => void): () => Promise<void> {
  let running = false;
  return async () => {
    if (running) return;
    running = true;
    try {
      await act();
    } catch (error) {
      failed(error);
    } finally {
      running = false;
    }
  };
}
