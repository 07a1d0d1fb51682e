using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>Writes down how old the registry is, at a rate that a disk bears, and what the disk refused before.</summary>
/// <param name="parts">What the node has.</param>
internal sealed partial class RecordLoop(AgentParts parts)
{
    // A registry that is confirmed all the time is taken for so much older than it is after a restart, at most.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    // While the authority is away: a clock set back while the node is down hides no more than this of the age.
    private static readonly TimeSpan AwayInterval = TimeSpan.FromSeconds(60);

    private readonly ILogger _logger = parts.Loggers.CreateLogger<RecordLoop>();
    private DateTimeOffset? _lastContact = parts.Standing.State.Value.LastContact;
    private long _written = parts.Time.GetTimestamp();

    /// <summary>Writes until it is cancelled, and then once more.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(Interval, parts.Time);
        bool goesOn = true;
        while (goesOn)
        {
            try
            {
                goesOn = await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
                parts.Cache.Retry();
                if (parts.Standing.State.Value.LastContact != _lastContact || parts.Time.GetElapsedTime(_written) >= AwayInterval)
                {
                    Write();
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                goesOn = false;
                Write();
            }
            catch (Exception exception)
            {
                Defect(_logger, exception);
            }
        }
    }

    private void Write()
    {
        _lastContact = parts.Standing.State.Value.LastContact;
        _written = parts.Time.GetTimestamp();
        parts.LastGood.WriteAge(_lastContact);
    }

    [LoggerMessage(1, LogLevel.Error, "Writing down the registry's age failed, which is a defect to report")]
    private static partial void Defect(ILogger logger, Exception exception);
}
