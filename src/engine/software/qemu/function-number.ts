const pattern = /^([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i;

/** Bus, device and function as 16 bits from `02:01.0`; undefined when it is no such number. */
export function parseFunction(text: string): number | undefined {
  const [, bus, device, part] = pattern.exec(text) ?? [];
  if (bus === undefined || device === undefined || part === undefined) return undefined;
  const slot = Number.parseInt(device, 16);
  return slot > 31 ? undefined : Number.parseInt(bus, 16) * 256 + slot * 8 + Number(part);
}

/** `02:01.0` */
export function functionText(number: number): string {
  return `${busText(number >> 8)}:${busText((number >> 3) & 31)}.${number & 7}`;
}

/** Two digits. */
export function busText(bus: number): string {
  return bus.toString(16).padStart(2, '0');
}
