/** The function, which works only at the first call; later calls get that result, whatever they pass. */
export function once<Args extends unknown[], Result>(work: (...args: Args) => Result): (...args: Args) => Result {
  let done: { readonly result: Result } | undefined;
  return (...args) => (done ??= { result: work(...args) }).result;
}
