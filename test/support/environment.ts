/** Where a test runs: Node with Dawn, or Chrome. A test may take fewer rows of its matrix in Chrome, never none. */
export const environment: 'node' | 'chrome' = 'document' in globalThis ? 'chrome' : 'node';
