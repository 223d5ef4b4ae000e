//! Which list stands open below the queue, and how the page's address names it.

/// A list that opens on demand. At most one is open, so that the queue keeps its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// 挂起
    Shelved,
    /// 已结
    Closed,
    /// 人员
    People,
    /// 防区
    Zones,
    /// 摄像机
    Cameras,
    /// Devices that are no cameras.
    Devices,
    /// 楼栋与区域
    Places,
}

impl Beside {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Shelved,
        Self::Closed,
        Self::People,
        Self::Zones,
        Self::Cameras,
        Self::Devices,
        Self::Places,
    ];

    /// How the address names it.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Shelved => "shelved",
            Self::Closed => "closed",
            Self::People => "people",
            Self::Zones => "zones",
            Self::Cameras => "cameras",
            Self::Devices => "devices",
            Self::Places => "places",
        }
    }

    /// What an address names.
    pub fn from_address(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.address() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_comes_back_from_its_address() {
        for list in Beside::ALL {
            assert_eq!(Beside::from_address(list.address()), Some(list));
        }
        assert_eq!(Beside::from_address("everything"), None);
    }
}
