//! What a host enables on its own device, so that the kernels of a tier run on it. A device of our own gets the same where
//! it is there: [`super::logical_device`].

use std::ffi::{CStr, c_char};

use ash::vk;

use crate::backend::device::Tier;

/// A static name as C takes it: lists of names are lists of pointers.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Name(*const c_char);

// SAFETY: it points to a static string.
unsafe impl Send for Name {}
// SAFETY: as above.
unsafe impl Sync for Name {}

impl Name {
    const fn new(text: &'static CStr) -> Self {
        Self(text.as_ptr())
    }

    /// The name.
    pub fn as_c_str(self) -> &'static CStr {
        // SAFETY: made of a static string alone.
        unsafe { CStr::from_ptr(self.0) }
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_c_str().fmt(f)
    }
}

/// Names to enable; features are `structure.member`.
#[derive(Debug, Clone, Copy)]
pub struct Requirements {
    /// Least version of the instance and of the device, as `VK_MAKE_API_VERSION` has it.
    pub api_version: u32,
    /// Device extensions.
    pub extensions: &'static [Name],
    /// Features.
    pub features: &'static [Name],
    /// Device extensions that are used if they are there.
    pub optional_extensions: &'static [Name],
    /// Features that are used if they are enabled.
    pub optional_features: &'static [Name],
}

static MATRIX_EXTENSIONS: [Name; 1] = [Name::new(ash::khr::cooperative_matrix::NAME)];
static HALF_EXTENSIONS: [Name; 1] = [Name::new(ash::khr::shader_float16_int8::NAME)];
static OPTIONAL_EXTENSIONS: [Name; 1] = [Name::new(ash::khr::timeline_semaphore::NAME)];

/// The first two are those of [`Tier::Half`].
static FEATURES: [Name; 7] = [
    Name::new(c"VkPhysicalDeviceShaderFloat16Int8Features.shaderFloat16"),
    Name::new(c"VkPhysicalDevice16BitStorageFeatures.storageBuffer16BitAccess"),
    Name::new(c"VkPhysicalDeviceVulkanMemoryModelFeatures.vulkanMemoryModel"),
    Name::new(c"VkPhysicalDeviceSubgroupSizeControlFeatures.subgroupSizeControl"),
    Name::new(c"VkPhysicalDeviceSubgroupSizeControlFeatures.computeFullSubgroups"),
    Name::new(c"VkPhysicalDeviceMaintenance4Features.maintenance4"),
    Name::new(c"VkPhysicalDeviceCooperativeMatrixFeaturesKHR.cooperativeMatrix"),
];
static OPTIONAL_FEATURES: [Name; 1] = [Name::new(c"VkPhysicalDeviceTimelineSemaphoreFeatures.timelineSemaphore")];

impl Tier {
    /// What a host with a device of this Vulkan version enables for this tier; for a version older than the tier's least,
    /// as for that.
    pub fn requirements(self, api_version: u32) -> Requirements {
        let least = if self == Self::Matrix { vk::API_VERSION_1_3 } else { vk::API_VERSION_1_1 };
        let modern = api_version.max(least) >= vk::API_VERSION_1_2;
        Requirements {
            api_version: least,
            extensions: match (self, modern) {
                (Self::Matrix, _) => &MATRIX_EXTENSIONS,
                (Self::Half, false) => &HALF_EXTENSIONS,
                (Self::Half, true) | (Self::Packed, _) => &[],
            },
            features: match self {
                Self::Matrix => &FEATURES,
                Self::Half => &FEATURES[..2],
                Self::Packed => &[],
            },
            optional_extensions: if modern { &[] } else { &OPTIONAL_EXTENSIONS },
            optional_features: &OPTIONAL_FEATURES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_that_a_version_has_in_its_core_are_not_asked_for() {
        let names = |list: &[Name]| list.iter().map(|name| name.as_c_str()).collect::<Vec<_>>();
        let old = Tier::Half.requirements(vk::API_VERSION_1_1);
        assert_eq!(names(old.extensions), [c"VK_KHR_shader_float16_int8"]);
        assert_eq!(names(old.optional_extensions), [c"VK_KHR_timeline_semaphore"]);
        let new = Tier::Half.requirements(vk::API_VERSION_1_2);
        assert!(new.extensions.is_empty() && new.optional_extensions.is_empty());
        assert_eq!(new.features, old.features);
    }

    #[test]
    fn every_tier_asks_for_what_the_one_below_it_does() {
        let features = |tier: Tier| tier.requirements(vk::API_VERSION_1_3).features;
        assert!(features(Tier::Packed).is_empty());
        assert!(features(Tier::Matrix).starts_with(features(Tier::Half)));
        assert_eq!(Tier::Matrix.requirements(0).api_version, vk::API_VERSION_1_3);
    }
}
