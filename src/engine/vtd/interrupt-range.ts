const firstInterruptPage = 0xfee00;
const lastInterruptPage = 0xfeeff;

/** Whether the page lies where writes are interrupts (VT-d 3.14). */
export function isInterruptPage(page: number): boolean {
  return page >= firstInterruptPage && page <= lastInterruptPage;
}
