/** Something that must never be has happened. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
