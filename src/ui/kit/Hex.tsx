import { Fragment } from 'react';
import { hexAddress, hexWord } from '../../engine/bits/hex';

/** Hexadecimal digits in groups of four with a thin gap, copyable without gaps. */
export function Hex({ text }: { text: string }) {
  const digits = text.replace(/^0x/, '');
  const groups = digits.match(/.{1,4}(?=(?:.{4})*$)/g) ?? [];
  return (
    <span className="hex">
      0x
      {groups.map((group, index) => (
        // The groups of one number never change places.
        // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
        <Fragment key={index}>
          <span className="hex-group">{group}</span>
        </Fragment>
      ))}
    </span>
  );
}

export function Address({ page, offset = 0 }: { page: number; offset?: number }) {
  return <Hex text={hexAddress(page, offset)} />;
}

export function Word({ low, high }: { low: number; high: number }) {
  const text = hexWord(low, high);
  return <Hex text={`0x${text.slice(2).padStart(16, '0')}`} />;
}
