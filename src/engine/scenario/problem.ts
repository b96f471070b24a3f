/** What a person got wrong: where, and what to do. `path` is as in `steps[3].at`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A result, or the problems that stand in its way. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function failed(
  path: string,
  message: string,
): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems: [{ path, message }] };
}
