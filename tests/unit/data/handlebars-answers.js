// Writes the expected outputs of handlebars.json anew, as Handlebars for JavaScript gives them.
//
//     npm install handlebars@4 && node handlebars-answers.js handlebars.json
//
// Rows are templates with a context and partials of their own, or the shared ones. Escaping is
// replaced by plain text: noEscape would add adjacent numbers up.
'use strict';

const fs = require('fs');
const handlebars = require('handlebars');

function answer(row, table) {
  const engine = handlebars.create();
  engine.registerHelper('raw', (options) => options.fn({}));
  engine.registerPartial(row.partials || table.partials);
  return engine.compile(row.template)('context' in row ? row.context : table.context);
}

handlebars.Utils.escapeExpression = (value) => (value == null ? '' : String(value));
const path = process.argv[2];
const table = JSON.parse(fs.readFileSync(path, 'utf8'));
const rows = table.rows.map((row) => ({ ...row, expected: answer(row, table) }));
fs.writeFileSync(
  path,
  `{\n"context": ${JSON.stringify(table.context)},\n"partials": ${JSON.stringify(table.partials)},\n"rows": [\n` +
    `${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n}\n`
);
