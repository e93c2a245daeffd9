import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../state.mjs';
import { escape } from './html.js';

export interface ReportPage {
  readonly title: string;
  /** HTML. */
  readonly header: string;
  readonly body: readonly string[];
  /** What `script` draws by `drawCharts` (plots.js), each in the element of its id. */
  readonly charts: readonly { readonly id: string }[];
  /** Path of a module of the repository. */
  readonly script: string;
  /** Paths of styles beside the common one. */
  readonly styles?: readonly string[];
}

/** A page that needs nothing beside itself: no network, no server. */
export function reportPage({ title, header, body, charts, script, styles = [] }: ReportPage): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${['node_modules/uplot/dist/uPlot.min.css', 'scripts/lib/report/style.css', ...styles].map(asset).join('\n')}
</style>
<header>
${header}
</header>
${body.join('\n')}
${charts.length === 0 ? '' : drawing(charts, script)}
</html>
`;
}

const drawing = (charts: ReportPage['charts'], script: string): string => `<script type="application/json"
  id="charts">${JSON.stringify(charts).replaceAll('<', '\\u003c')}</script>
<script>${asset('node_modules/uplot/dist/uPlot.iife.min.js')}
window.uPlot = uPlot;</script>
<script type="module">${joined(asset('scripts/lib/report/plots.js'))}
${joined(asset(script))}</script>`;

/** A module's text where all that it imports stands before it in the same script. */
const joined = (text: string): string => text.replace(/^import .*\n/gm, '').replace(/^export /gm, '');

/** A file of the repository, for a style or a script of the page. */
const asset = (path: string): string => readFileSync(join(root, path), 'utf8').replaceAll('</script', '<\\/script');
