/** A machine's own words for what all machines have. */
export interface MachineWords {
  /** Address that a guest takes for physical. */
  readonly guestAddress: string;
  /** The two stages, as a title begins: `Stage 1`. */
  readonly stages: readonly [string, string];
  /** What a table of each stage is called, before its level: `first-stage`. */
  readonly tables: readonly [string, string];
  /** The guest's table that finds a process's first stage. */
  readonly processTable: string;
  /** The number of the leaf's level, and whether numbers grow towards it. */
  readonly leafLevel: number;
  readonly growsDown: boolean;
}

/** The words that most manuals share: levels count from 1 at the leaf. */
export const usualWords: MachineWords = {
  guestAddress: 'GPA',
  stages: ['Stage 1', 'Stage 2'],
  tables: ['first-stage', 'second-stage'],
  processTable: 'process directory',
  leafLevel: 1,
  growsDown: false,
};

/** A level's number in the machine's manual; 0 is the leaf's here. */
export function levelNumber({ leafLevel, growsDown }: MachineWords, level: number): number {
  return growsDown ? leafLevel - level : leafLevel + level;
}

/** `Stage 1, level 4`. */
export function levelTitle(words: MachineWords, stage: number, level: number): string {
  return `${words.stages[stage === 1 ? 0 : 1]}, level ${levelNumber(words, level)}`;
}
