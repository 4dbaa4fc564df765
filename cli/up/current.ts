import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** A part that a supervisor starts again: others ask for the one that runs now. */
export interface Current<Part> {
  readonly value: Part | undefined;
  set(part: Part | undefined): void;
  /** @throws AW_STARTING while there is none */
  get(): Part;
}

export function createCurrent<Part>(what: string): Current<Part> {
  let value: Part | undefined;
  return {
    get value() {
      return value;
    },
    set(part) {
      value = part;
    },
    get() {
      if (value !== undefined) return value;
      throw new AutoWeaveError('AW_STARTING', `${what} is being started`, { hint: 'try again in a moment' });
    },
  };
}
