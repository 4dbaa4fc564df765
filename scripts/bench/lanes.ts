/** Each lane takes the next turn as soon as its last one is over, until one is told that there are no more. */
export async function lanes(count: number, take: (turn: number) => Promise<boolean>): Promise<void> {
  let turn = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (await take(turn++)) {
        // On to the next one.
      }
    }),
  );
}
