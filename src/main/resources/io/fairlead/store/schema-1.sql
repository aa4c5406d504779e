-- The records of one engine. Version N of the schema is what schema-1.sql to schema-N.sql make, run in order;
-- a script that was released is never edited. Times are ISO 8601 text in UTC with nine decimals, so they sort.

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- image_id is no foreign key: a removed image may live on in the containers that were made of it.
-- Containers and sandboxes name each other; the deferred check lets one transaction write them in either order.
CREATE TABLE containers (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  image_id    TEXT NOT NULL,
  spec        TEXT NOT NULL,
  state       TEXT NOT NULL,
  sandbox_id  TEXT REFERENCES sandboxes (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  conmon_pid  INTEGER NOT NULL,
  pid         INTEGER NOT NULL,
  exit_code   INTEGER NOT NULL,
  oom_killed  INTEGER NOT NULL,
  error       TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  started_at  TEXT,
  finished_at TEXT,
  restart_count      INTEGER NOT NULL,
  is_stopped_by_user INTEGER NOT NULL
) STRICT;
CREATE INDEX containers_by_sandbox ON containers (sandbox_id);

-- Further processes in containers.
CREATE TABLE execs (
  id           TEXT PRIMARY KEY,
  container_id TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  spec         TEXT NOT NULL,
  state        TEXT NOT NULL,
  pid          INTEGER NOT NULL,
  exit_code    INTEGER NOT NULL,
  created_at   TEXT NOT NULL
) STRICT;
CREATE INDEX execs_by_container ON execs (container_id);

CREATE TABLE sandboxes (
  id       TEXT PRIMARY KEY,
  owner_id TEXT UNIQUE REFERENCES containers (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE networks (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  driver     TEXT NOT NULL,
  link       TEXT NOT NULL,
  mtu_bytes  INTEGER NOT NULL,
  options    TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE subnets (
  network_id TEXT NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
  place      INTEGER NOT NULL,
  subnet     TEXT NOT NULL,
  gateway    TEXT NOT NULL,
  PRIMARY KEY (network_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoints (
  id             TEXT PRIMARY KEY,
  sandbox_id     TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
  network_id     TEXT NOT NULL REFERENCES networks (id) ON DELETE RESTRICT,
  interface_name TEXT NOT NULL,
  host_link      TEXT NOT NULL UNIQUE,
  mac            TEXT NOT NULL,
  is_gateway4    INTEGER NOT NULL,
  is_gateway6    INTEGER NOT NULL
) STRICT;
CREATE INDEX endpoints_by_sandbox ON endpoints (sandbox_id);
CREATE INDEX endpoints_by_network ON endpoints (network_id);

-- bytes is the address in network order, so that a range of addresses is a range of the key and two spellings of
-- one address are one lease. The two families are two ranges of the key.
CREATE TABLE leases (
  network_id  TEXT NOT NULL REFERENCES networks (id) ON DELETE RESTRICT,
  is_v6       INTEGER NOT NULL,
  bytes       BLOB NOT NULL,
  address     TEXT NOT NULL,
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  PRIMARY KEY (network_id, is_v6, bytes)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX leases_by_endpoint ON leases (endpoint_id, is_v6);

-- How many leases there are in each block of 256 addresses (bytes without the last one), kept by triggers: leases
-- of a range are counted by blocks, so that the search for a free address stays short on a large, full subnet.
CREATE TABLE lease_blocks (
  network_id TEXT NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
  is_v6      INTEGER NOT NULL,
  block      BLOB NOT NULL,
  used       INTEGER NOT NULL,
  PRIMARY KEY (network_id, is_v6, block)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER lease_added AFTER INSERT ON leases BEGIN
  INSERT INTO lease_blocks (network_id, is_v6, block, used)
    VALUES (NEW.network_id, NEW.is_v6, substr(NEW.bytes, 1, length(NEW.bytes) - 1), 1)
    ON CONFLICT DO UPDATE SET used = used + 1;
END;

CREATE TRIGGER lease_removed AFTER DELETE ON leases BEGIN
  UPDATE lease_blocks SET used = used - 1
    WHERE network_id = OLD.network_id AND is_v6 = OLD.is_v6 AND block = substr(OLD.bytes, 1, length(OLD.bytes) - 1);
  DELETE FROM lease_blocks
    WHERE network_id = OLD.network_id AND is_v6 = OLD.is_v6 AND block = substr(OLD.bytes, 1, length(OLD.bytes) - 1)
      AND used = 0;
END;

CREATE TABLE last_leases (
  network_id TEXT NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
  is_v6      INTEGER NOT NULL,
  address    TEXT NOT NULL,
  PRIMARY KEY (network_id, is_v6)
) STRICT, WITHOUT ROWID;

-- Which host ports exclude each other is for the kernel to say (0.0.0.0 and 127.0.0.1, ranges): no key here does.
CREATE TABLE published_ports (
  container_id   TEXT NOT NULL REFERENCES containers (id) ON DELETE CASCADE,
  protocol       TEXT NOT NULL,
  host_address   TEXT NOT NULL,
  host_port      INTEGER NOT NULL,
  container_port INTEGER NOT NULL,
  count          INTEGER NOT NULL,
  PRIMARY KEY (container_id, protocol, host_address, host_port)
) STRICT, WITHOUT ROWID;

-- tar_bytes: of the uncompressed archive that the layer came in.
CREATE TABLE layers (
  diff_id    TEXT PRIMARY KEY,
  directory  TEXT NOT NULL UNIQUE,
  size_bytes INTEGER NOT NULL,
  tar_bytes  INTEGER NOT NULL
) STRICT;

-- A removed image is nobody's to find; its row goes when the last container that is made of it does.
CREATE TABLE images (
  id         TEXT PRIMARY KEY,
  config     TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  tagged_at  TEXT,
  is_removed INTEGER NOT NULL
) STRICT;

-- One layer may be twice in an image.
CREATE TABLE image_layers (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  place    INTEGER NOT NULL,
  diff_id  TEXT NOT NULL REFERENCES layers (diff_id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (image_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_layers_by_layer ON image_layers (diff_id);

CREATE TABLE tags (
  tag      TEXT PRIMARY KEY,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_image ON tags (image_id);
