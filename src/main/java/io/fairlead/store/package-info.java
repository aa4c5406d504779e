/**
 * The records, in SQLite: schema, migrations, queries. Names and leases are unique by schema. Knows
 * rows, not what they mean. Start reading at {@link io.fairlead.store.Store}.
 */
@NullMarked
package io.fairlead.store;

import org.jspecify.annotations.NullMarked;
