//! Words of what is old.

use crate::texts::texts;

texts! {
    AS_OF: "数据截至 {0}", "Data as of {0}";
}
