// `npm ci` must not fail where the browser's download is closed; scripts/setup.mjs finds or fetches a browser itself.
module.exports = { skipDownload: true };
