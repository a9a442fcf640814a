// PouchDB's server on loopback: node pouch_office.cjs MODULES FOLDER PORT
const path = require('path');
const [, , modules, folder, port] = process.argv;
const express = require(path.join(modules, 'express'));
const PouchDB = require(path.join(modules, 'pouchdb-node')).defaults({ prefix: folder + '/' });
process.chdir(folder);
const app = express();
app.use('/', require(path.join(modules, 'express-pouchdb'))(PouchDB, {
  mode: 'minimumForPouchDB', logPath: path.join(folder, 'log.txt'), inMemoryConfig: true,
}));
app.listen(+port, '127.0.0.1', () => console.log('{"listening":true}'));
