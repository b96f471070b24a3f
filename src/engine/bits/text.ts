/** `4 KiB` for 12: a size by its power of two, 10 or more. */
export function sizeText(size: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const unit = Math.min(units.length, Math.floor(size / 10)) - 1;
  return `${2 ** (size - 10 * (unit + 1))} ${units[unit]}`;
}

/** `01:02.3` for a device’s number of 16 bits: bus, device, function. */
export function deviceText(device: number): string {
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  return `${two(device >> 8)}:${two((device >> 3) & 31)}.${device & 7}`;
}
