//! The CRMs that the sandbox has: the only file outside their own folders that names one. A new
//! simulator is a module line and a line in the list.

use std::sync::Arc;

use crate::setup::Setup;
use crate::simulator::Crm;

#[path = "agentos/mod.rs"]
pub mod agentos;
#[path = "alto/mod.rs"]
pub mod alto;
#[path = "loop/mod.rs"]
pub mod loop_crm;
#[path = "reapit/mod.rs"]
pub mod reapit;
#[path = "street/mod.rs"]
pub mod street;

/// A CRM's provider id: its name here, unless that would be a word of the language.
macro_rules! id {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $id:literal) => {
        $id
    };
}

macro_rules! crms {
    ($($(#[$doc:meta])* $name:ident $(as $id:literal)?: $kind:ty;)*) => {
        /// The prefixes of the CRMs, which are their provider ids.
        pub(crate) const IDS: &[&str] = &[$(id!($name $($id)?)),*];

        /// The simulated CRMs.
        #[derive(Debug)]
        pub(crate) struct Crms { $($name: Arc<$kind>,)* }

        impl Crms {
            /// Makes all of them, data and all.
            pub(crate) fn build(setup: &Setup) -> Self {
                Self { $($name: Arc::new(<$kind>::new(&setup.of(id!($name $($id)?)))),)* }
            }

            /// All of them.
            pub(crate) fn all(&self) -> Vec<Arc<dyn Crm>> {
                vec![$(Arc::<$kind>::clone(&self.$name)),*]
            }
        }

        impl crate::Sandbox {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> &$kind { &self.crms().$name })*
        }
    };
}

crms! {
    /// The agentOS simulator.
    agentos: agentos::Agentos;
    /// The Alto simulator.
    alto: alto::Alto;
    /// The Loop simulator.
    loop_crm as "loop": loop_crm::LoopCrm;
    /// The Reapit simulator.
    reapit: reapit::Reapit;
    /// The Street simulator.
    street: street::Street;
}
