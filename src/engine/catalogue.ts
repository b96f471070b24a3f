import { architectures } from './architectures';
import { descriptionsOf } from './software/build';

/** Everything that the program knows of machines and of software: what a run needs to be looked at. */
export const catalogue = { architectures, descriptionsOf };
export type Catalogue = typeof catalogue;
