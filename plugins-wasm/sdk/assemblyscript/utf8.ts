/** A text in UTF-8, outside of the garbage collector's reach, for one call of the host: `free()` it afterwards. */
@final
export class Utf8 {
  readonly length: i32;
  readonly start: usize;

  constructor(text: string) {
    this.length = String.UTF8.byteLength(text);
    this.start = heap.alloc(this.length);
    // Half of a surrogate pair is no text; the host would refuse it.
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this.start, false, String.UTF8.ErrorMode.REPLACE);
  }

  free(): void {
    heap.free(this.start);
  }
}
