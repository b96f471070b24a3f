/** Error numbers that software answers with, as Linux names them. */
const names: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  5: 'EIO',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  22: 'EINVAL',
  28: 'ENOSPC',
  34: 'ERANGE',
  38: 'ENOSYS',
  75: 'EOVERFLOW',
  95: 'EOPNOTSUPP',
};

/** An error number by its name; to be negated when it is a result. */
export function errorNumber(name: string): number {
  const found = Object.entries(names).find(([, other]) => other === name);
  if (found === undefined) throw new Error(`no error ${name}`);
  return Number(found[0]);
}

/** `done`, or `-EBUSY`. */
export function resultText(result: number): string {
  return result === 0 ? 'done' : `-${names[-result] ?? -result}`;
}
