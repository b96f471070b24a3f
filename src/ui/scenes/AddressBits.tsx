import './stage.css';
import { askedIn, eventsOfStep, type Moment } from '../../engine/moment';
import { levelNumber } from '../../engine/words';
import { Address } from '../kit/Hex';
import { bitsText, cutOf, indexIn, indexText, shapeOf } from './walk/shape';

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
  const request = askedIn(eventsOfStep(moment, true));
  if (request === undefined) return undefined;
  const shape = shapeOf(moment.view, request);
  const stage = shape.first > 0 ? 1 : 2;
  const levels = shape.first > 0 ? shape.first : shape.second;
  const fetch = eventsOfStep(moment).findLast((event) => event.kind === 'fetch');
  const used = fetch?.kind === 'fetch' && fetch.stage === stage ? fetch.level : undefined;
  const pieces = Array.from({ length: levels }, (_, n): Piece => {
    const level = levels - 1 - n;
    const cut = cutOf(shape, stage, level);
    const index = indexIn(cut, request.page);
    return {
      key: `level-${level}`,
      title: `level ${levelNumber(moment.view.architecture.words, level)}`,
      bits: bitsText(cut),
      index: indexText(cut, request.page),
      binary: index.toString(2).padStart(cut.width, '0'),
      isUsed: used === level,
    };
  });
  // The bits below the last table's: more than twelve where pages are larger.
  const low = levels > 0 ? cutOf(shape, stage, 0).low : 12;
  const within = (request.page % 2 ** (low - 12)) * 4096 + request.offset;
  const isEnd = moment.event?.kind === 'result';
  const offset: Piece = {
    key: 'offset',
    title: 'offset',
    bits: `${low - 1}:0`,
    index: within.toString(16).padStart(Math.ceil(low / 4), '0'),
    binary: within.toString(2).padStart(low, '0'),
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
