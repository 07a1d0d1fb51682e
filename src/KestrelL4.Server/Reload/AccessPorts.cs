using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Reload;

/// <summary>
/// Keeps ports closed while nobody could be let in: until identity and registry are there, and when the identity has expired, so
/// that clients are refused before a handshake that must fail.
/// </summary>
/// <param name="access">What is in force for letting clients in.</param>
/// <param name="listening">The ports.</param>
/// <param name="parts">The node's clock and log.</param>
internal sealed partial class AccessPorts(AccessInForce access, NodeListening listening, ListenerParts parts) : IDisposable
{
    private readonly ILogger _logger = parts.Loggers.CreateLogger<AccessPorts>();
    private readonly CancellationTokenSource _ended = new();
    private string[] _taken = [];

    private bool LetsNobodyIn => !access.Current.LetsSomebodyIn(parts.Time.GetUtcNow());

    // Whoever took a port while it was closed may give it back, and nobody reloads for that: it is tried again with each look,
    // also when it was a reload or a drain that found it taken.
    private bool IsAsItShouldBe => LetsNobodyIn == listening.LetsNobodyIn && !listening.LacksPorts;

    /// <summary>Looks at the clock and at what is in force, and opens or closes ports when they should be; tells failures itself.</summary>
    public async Task LookAsync()
    {
        if (IsAsItShouldBe || _ended.IsCancellationRequested)
        {
            return;
        }

        try
        {
            using IDisposable change = await listening.BeginChangeAsync(_ended.Token).ConfigureAwait(false);
            await AlignAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
        catch (Exception exception)
        {
            Failed(_logger, exception);
        }
    }

    /// <summary>Looks no more.</summary>
    public void Dispose() => _ended.Cancel();

    private async Task AlignAsync()
    {
        if (IsAsItShouldBe)
        {
            return;
        }

        bool before = listening.LetsNobodyIn;
        listening.LetsNobodyIn = LetsNobodyIn;
        List<ServedApplication> open = [.. listening.Served.Configured.Where(static application => application.Bound is not null)];
        IReadOnlyList<BindException> unbound = await listening.AlignAsync().ConfigureAwait(false);
        string[] taken = [.. unbound.Select(static each => each.Message)];
        foreach (string message in taken.Except(_taken))
        {
            CannotOpen(_logger, message);
        }

        _taken = taken;
        foreach (ServedApplication application in listening.Served.Configured.Except(open).Where(static application => application.Bound is not null))
        {
            Opened(_logger, application.Name, application.Address, application.Application.Upstreams.Count);
        }

        if (listening.LetsNobodyIn && !before)
        {
            Expired(_logger, access.Current.Identity!.NotAfter);
        }
    }

    [LoggerMessage(1, LogLevel.Error,
        "The node's certificate expired at {NotAfter:u}: ports are closed until there is a new one, open connections go on")]
    private static partial void Expired(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(2, LogLevel.Information, "Application {Application} listens on {Address}, upstreams: {Upstreams}")]
    private static partial void Opened(ILogger logger, string application, string address, int upstreams);

    [LoggerMessage(3, LogLevel.Error, "A port stays closed until it is free: {Problem}")]
    private static partial void CannotOpen(ILogger logger, string problem);

    [LoggerMessage(4, LogLevel.Error, "Opening or closing ports failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, Exception exception);
}
