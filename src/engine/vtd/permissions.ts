/** Bits of what a walk still allows. `user` is the first stage's; `hostWrite` the second stage's alone. */
export const may = { read: 1, write: 2, execute: 4, user: 8, hostWrite: 16 } as const;

export const everything = may.read | may.write | may.execute | may.user | may.hostWrite;

/** The bits that people see: read, write, execute. */
export const visible = may.read | may.write | may.execute;
