using KestrelL4.Authentication;
using KestrelL4.Authorization;
using KestrelL4.Registry;

namespace KestrelL4;

/// <summary>The one place that cuts connections for what was withdrawn from them.</summary>
internal static class Revocation
{
    /// <summary>Closes the open connections of an application that the trust would not let in any more; returns how many.</summary>
    /// <remarks>What only refuses new connections, such as an old revocation list or a limit, closes none.</remarks>
    public static int Enforce(ClientTrust trust, Application application) =>
        application.Connections.All.Count(connection => IsWithdrawn(trust, application, connection) && connection.Close(CloseReason.Revoked));

    private static bool IsWithdrawn(ClientTrust trust, Application application, ProxiedConnection connection)
    {
        if (connection is not { Client: { } client, Certificate: { } certificate })
        {
            // Not judged yet, and the judgement will be by this trust; or authenticated by other means.
            return false;
        }

        return !Authenticator.TryAuthenticate(trust, certificate, out Client? holder, out _)
            || !string.Equals(holder.Name, client.Name, StringComparison.OrdinalIgnoreCase)

            // What is no longer configured cannot be granted any more: its connections end with their application.
            || !(application.IsRemoved || Authorizer.TryAuthorize(holder, application.Name, out _));
    }
}
