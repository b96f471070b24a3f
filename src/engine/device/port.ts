/** PASID of an invalidation for requests that carry none, and of one for every PASID (PCIe ATS, Global Invalidate). */
export const withoutPasid = -1;
export const everyPasid = -2;

/** What a device is told in answer to a page request (PCIe PRI, Response Code). */
export const responseCodes: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'invalid request',
  15: 'failure',
};

/** What an IOMMU sends to the devices behind it. */
export interface DevicePort {
  /** The device must drop what it keeps of `count` pages from `page`, which may be infinitely many. */
  invalidate(device: number, pasid: number, page: number, count: number): void;
  /** The answer to a group of page requests; a code of `responseCodes`. */
  respond(device: number, pasid: number, group: number, code: number): void;
}

/** No device that keeps translations. */
export const noDevices: DevicePort = {
  invalidate() {
    // Nobody keeps anything.
  },
  respond() {
    // Nobody has asked.
  },
};
