// Validates manifests against the JSON schemas of Kubernetes: node kubernetes.mjs FILE. SCHEMAS is the folder of the npm packages.
// Prints one line for each manifest, or the problem. The schemas allow unknown members; the C# test finds those.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.env.SCHEMAS + '/');
const { parseAllDocuments } = require('yaml');

let failed = false;
for (const document of parseAllDocuments(readFileSync(process.argv[2], 'utf8'), { strict: true, uniqueKeys: true })) {
  const manifest = document.toJS();
  const name = `${manifest?.kind} ${manifest?.metadata?.name}`;
  try {
    if (document.errors.length > 0) throw document.errors[0];
    const model = require('kubernetes-models/' + manifest.apiVersion)[manifest.kind];
    if (!model) throw new Error(`${manifest.apiVersion} has no kind ${manifest.kind}`);
    new model(manifest).validate();
    console.log(`${name}: valid`);
  } catch (problem) {
    failed = true;
    console.log(`${name}: ${problem.message}`);
  }
}
process.exitCode = failed ? 1 : 0;
