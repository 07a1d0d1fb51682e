using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Reload;

/// <summary>Closes the ports when the node's certificate runs out, so that clients are refused before a handshake that must fail.</summary>
/// <param name="model">The certificate in force.</param>
/// <param name="listening">The ports; a reload that brings a new certificate opens them again.</param>
/// <param name="parts">The node's clock and log.</param>
internal sealed partial class IdentityExpiry(NodeModel model, NodeListening listening, ListenerParts parts)
{
    private readonly ILogger _logger = parts.Loggers.CreateLogger<IdentityExpiry>();

    /// <summary>Looks at the clock.</summary>
    public async Task LookAsync()
    {
        if (listening.HasNoIdentity || model.InForce.Files.Identity.NotAfter > parts.Time.GetUtcNow())
        {
            return;
        }

        using IDisposable change = await listening.BeginChangeAsync().ConfigureAwait(false);
        if (model.InForce.Files.Identity.NotAfter <= parts.Time.GetUtcNow())
        {
            listening.HasNoIdentity = true;
            await listening.AlignAsync().ConfigureAwait(false);
            Expired(_logger, model.InForce.Files.Identity.NotAfter);
        }
    }

    [LoggerMessage(1, LogLevel.Error,
        "The node's certificate expired at {NotAfter:u}: ports are closed until there is a new one, open connections go on")]
    private static partial void Expired(ILogger logger, DateTimeOffset notAfter);
}
