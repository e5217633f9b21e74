//! Alerts that leave the node: what waits, how the channels do, trying them out.

use super::{Answer, Service};
use crate::alerts::Alerts;
use crate::officers::Role;
use crate::view::{AlertTestRequest, AlertTestView, AlertsView};

impl Service {
    /// What raises and clears alerts.
    #[must_use]
    pub fn alerts(&self) -> &Alerts {
        &self.handle.alerts
    }

    /// Every channel, and every alert that is open or waits.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::Unavailable`]
    pub async fn alert_channels(&self) -> Answer<AlertsView> {
        self.alerts().list().await
    }

    /// Sends a test over one channel or over all, and says how each did.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::NotFound`] if no channel has that name; [`crate::error::ServiceError::Unavailable`]
    pub async fn test_alerts(&self, request: &AlertTestRequest) -> Answer<Vec<AlertTestView>> {
        self.require(Role::Administrator, None).await?;
        self.alerts().test(request.name.as_deref()).await
    }
}
