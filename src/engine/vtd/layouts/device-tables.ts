import { choice, flag, ignored, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** Codes of a second-stage address width: levels = code + 2, input width = 30 + 9 × code bits. */
export const widthChoices = {
  1: '39 bits, 3 levels',
  2: '48 bits, 4 levels',
  3: '57 bits, 5 levels',
} as const;

export const rootEntry = layout('root-entry', 'Root entry', 128, 'VT-d 9.1', [
  reserved(127, 64),
  page('CTP', 'context-table pointer', 63, 12, 'Host page of the context table of this bus.'),
  reserved(11, 1),
  flag('P', 'present', 0, 'The bus has a context table.'),
]);

export const scalableRootEntry = layout('scalable-root-entry', 'Scalable-mode root entry', 128, 'VT-d 9.2', [
  page('UCTP', 'upper context-table pointer', 127, 76, 'Host page of the context table of devices 16 to 31.'),
  reserved(75, 65),
  flag('UP', 'upper present', 64, 'Devices 16 to 31 of the bus have a context table.'),
  page('LCTP', 'lower context-table pointer', 63, 12, 'Host page of the context table of devices 0 to 15.'),
  reserved(11, 1),
  flag('LP', 'lower present', 0, 'Devices 0 to 15 of the bus have a context table.'),
]);

export const translationTypes = { 0: 'untranslated only', 1: 'all requests', 2: 'pass-through' } as const;

export const contextEntry = layout('context-entry', 'Context entry', 128, 'VT-d 9.3', [
  reserved(127, 88),
  uint('DID', 'domain identifier', 87, 72, 'Tags every cached translation of the domain.'),
  reserved(71),
  ignored(70, 67, 'Free for software.'),
  choice('AW', 'address width', 66, 64, widthChoices, 'How many levels the second-stage table has.'),
  page('SSPTPTR', 'second-stage table pointer', 63, 12, 'Host page of the top second-stage table.'),
  reserved(11, 4),
  choice('TT', 'translation type', 3, 2, translationTypes, 'Which requests are translated, and how.'),
  flag('FPD', 'fault processing disable', 1, 'Qualified faults of this device are not recorded.'),
  flag('P', 'present', 0, 'The device may use this entry.'),
]);

export const scalableContextEntry = layout(
  'scalable-context-entry',
  'Scalable-mode context entry',
  256,
  'VT-d 9.4',
  [
    reserved(255, 85),
    flag('RID_PRIV', 'requester privilege', 84, 'Requests without PASID count as privileged.'),
    uint(
      'RID_PASID',
      'PASID of requests without one',
      83,
      64,
      'Which PASID entry serves requests without PASID.',
    ),
    page('PASIDDIRPTR', 'PASID directory pointer', 63, 12, 'Host page of the PASID directory.'),
    uint('PDTS', 'PASID directory size', 11, 9, 'The directory has 2^(PDTS + 7) entries of 64 PASIDs each.'),
    reserved(8, 5),
    flag('PRE', 'page requests', 4, 'The device may send page requests.'),
    flag('PASIDE', 'PASID enable', 3, 'Requests with PASID are allowed.'),
    flag('DTE', 'device-TLB enable', 2, 'The device may ask for translations and send translated requests.'),
    flag('FPD', 'fault processing disable', 1, 'Qualified faults of this device are not recorded.'),
    flag('P', 'present', 0, 'The device may use this entry.'),
  ],
);

export const pasidDirectoryEntry = layout('pasid-directory-entry', 'PASID directory entry', 64, 'VT-d 9.5', [
  page('SMPTBLPTR', 'PASID table pointer', 63, 12, 'Host page of the table of 64 PASID entries.'),
  reserved(11, 2),
  flag('FPD', 'fault processing disable', 1, 'Qualified faults of these 64 PASIDs are not recorded.'),
  flag('P', 'present', 0, 'The PASID table exists.'),
]);

export const pasidTranslationTypes = {
  1: 'first stage',
  2: 'second stage',
  3: 'nested',
  4: 'pass-through',
} as const;

export const pasidEntry = layout('pasid-entry', 'PASID table entry', 512, 'VT-d 9.6', [
  reserved(511, 192),
  page(
    'FSPTPTR',
    'first-stage table pointer',
    191,
    140,
    'Page of the top first-stage table; a guest page when nested.',
  ),
  reserved(139, 136),
  flag('EAFE', 'extended accessed enable', 135, 'Set bit 10 in first-stage entries that are used.'),
  ignored(134, 133, 'SMEP and NXE of old revisions.'),
  flag('WPE', 'write protect enable', 132, 'Privileged writes obey the R/W bit.'),
  choice(
    'FSPM',
    'first-stage paging mode',
    131,
    130,
    { 0: '4 levels', 1: '5 levels' },
    'Levels of the first stage.',
  ),
  flag('ERE', 'execute requests', 129, 'Requests to execute are allowed.'),
  flag('SRE', 'supervisor requests', 128, 'Privileged requests are allowed.'),
  ignored(127, 96, 'PAT: memory types.'),
  ignored(95, 89, 'CD, EMTE, EMT, PWT and PCD: memory types.'),
  flag('PGSNP', 'page snoop', 88, 'The final access snoops the processor caches.'),
  flag('PWSNP', 'page-walk snoop', 87, 'The walk snoops the processor caches.'),
  reserved(86, 80),
  uint('DID', 'domain identifier', 79, 64, 'Tags every cached translation of the domain.'),
  page('SSPTPTR', 'second-stage table pointer', 63, 12, 'Host page of the top second-stage table.'),
  reserved(11, 10),
  flag(
    'SSADE',
    'second-stage accessed/dirty enable',
    9,
    'Set A and D in second-stage entries that are used.',
  ),
  choice(
    'PGTT',
    'translation type',
    8,
    6,
    pasidTranslationTypes,
    'Which stages a request of this PASID passes.',
  ),
  ignored(5, 5, 'SSEE of old revisions.'),
  choice('AW', 'address width', 4, 2, widthChoices, 'How many levels the second-stage table has.'),
  flag('FPD', 'fault processing disable', 1, 'Qualified faults of this PASID are not recorded.'),
  flag('P', 'present', 0, 'The PASID is in use.'),
]);
