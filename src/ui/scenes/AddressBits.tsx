import './stage.css';
import { eventsOfStep, type Moment } from '../../engine/moment';
import { indexAt } from '../../engine/walk/walk';
import { Address } from '../kit/Hex';
import { shapeOf } from './walk/shape';

/** A piece of the address: the bits that one table of the walk uses. */
interface Piece {
  readonly key: string;
  readonly title: string;
  readonly bits: string;
  readonly index: string;
  readonly binary: string;
  readonly isUsed: boolean;
}

interface BitsPicture {
  /** What kind of address it is. */
  readonly label: string;
  readonly page: number;
  readonly offset: number;
  readonly pieces: readonly Piece[];
}

/** The address of the request in progress, cut where its walk cuts it. */
export function projectBits(moment: Moment): BitsPicture | undefined {
  const request = eventsOfStep(moment, true).find((event) => event.kind === 'request');
  if (request?.kind !== 'request') return undefined;
  const shape = shapeOf(moment.view, request);
  const stage = shape.first > 0 ? 1 : 2;
  const levels = shape.first > 0 ? shape.first : shape.second;
  const fetch = eventsOfStep(moment).findLast((event) => event.kind === 'fetch');
  const used = fetch?.kind === 'fetch' && fetch.stage === stage ? fetch.level : undefined;
  const pieces = Array.from({ length: levels }, (_, n): Piece => {
    const level = levels - 1 - n;
    const index = indexAt(request.page, level);
    return {
      key: `level-${level}`,
      title: `level ${level + 1}`,
      bits: `${20 + 9 * level}:${12 + 9 * level}`,
      index: index.toString(16).padStart(3, '0'),
      binary: index.toString(2).padStart(9, '0'),
      isUsed: used === level,
    };
  });
  const isEnd = moment.event?.kind === 'result';
  const offset: Piece = {
    key: 'offset',
    title: 'offset',
    bits: '11:0',
    index: request.offset.toString(16).padStart(3, '0'),
    binary: request.offset.toString(2).padStart(12, '0'),
    isUsed: isEnd,
  };
  return {
    label: shape.isNested ? 'gIOVA' : 'IOVA',
    page: request.page,
    offset: request.offset,
    pieces: [...pieces, offset],
  };
}

/** The device's address as bits; the part in use is underlined. */
export function AddressBits({ moment }: { moment: Moment }) {
  const picture = projectBits(moment);
  if (picture === undefined) return null;
  return (
    <section className="bits" aria-label="The address that the device uses">
      <div className="bits-address">
        <span className="bits-label">{picture.label}</span>{' '}
        <Address page={picture.page} offset={picture.offset} />
      </div>
      <ol>
        {picture.pieces.map((piece) => (
          <li
            key={piece.key}
            className={piece.isUsed ? 'bits-used' : ''}
            aria-current={piece.isUsed ? 'true' : undefined}
          >
            <span className="bits-index">{piece.index}</span>
            <span className="bits-binary">{piece.binary}</span>
            <span className="bits-title">
              {piece.title} <span>{piece.bits}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
