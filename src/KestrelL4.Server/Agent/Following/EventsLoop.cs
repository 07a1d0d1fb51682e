using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Following;

/// <summary>Listens to the authority's events while the node is connected, and has the registry fetched when they tell of another.</summary>
/// <param name="client">The authority.</param>
/// <param name="registry">Sees to the registry.</param>
/// <param name="standing">How the node stands with the authority.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="time">The node's clock.</param>
internal sealed partial class EventsLoop(
    AuthorityClient client, RegistryErrand registry, Standing standing, ILogger<EventsLoop> logger, TimeProvider time)
{
    // Degraded is told within a second of the first failure, but a stream that is merely cut is no failure of the authority.
    private static readonly TimeSpan Doubt = TimeSpan.FromMilliseconds(500);

    private readonly Backoff _backoff = new(time);
    private bool _isFailing;

    /// <summary>Ends the wait of the loop that asks: there is something to fetch, or doubt that the authority is there.</summary>
    public required Wake Asking { get; init; }

    /// <summary>Listens until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await standing.Connected.WaitAsync(cancellation).ConfigureAwait(false);
            TimeSpan? asked = null;
            try
            {
                ContactFailure failure = await ListenAsync(cancellation).ConfigureAwait(false);
                asked = failure.RetryAfter;
                await DoubtAsync(failure, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                Defect(logger, exception);
            }

            if (standing.State.Value.IsConnected)
            {
                await Task.Delay(_backoff.Fail(asked), time, cancellation).ConfigureAwait(false);
            }
            else
            {
                // The loop that asks waits already, and changes are to be heard of as soon as it has an answer.
                _backoff.Reset();
            }
        }
    }

    private async Task<ContactFailure> ListenAsync(CancellationToken cancellation)
    {
        // Nothing is named as known: so the first event says which registry is in force, whatever the node has.
        Contact<EventStream> opened = await client.OpenEventsAsync(known: null, cancellation).ConfigureAwait(false);
        if (opened.Answer is not { } stream)
        {
            return opened.Failure!;
        }

        await using (stream.ConfigureAwait(false))
        {
            for (int heardBefore = 0; ; heardBefore++)
            {
                Contact<RegistryNews> heard = await stream.ReadAsync(cancellation).ConfigureAwait(false);
                if (heard.Answer is not { } news)
                {
                    return heard.Failure!;
                }

                // A stream that ends after its first event each time is not one to open every second.
                if (heardBefore > 0)
                {
                    _backoff.Reset();
                }

                Listen(news);
            }
        }
    }

    private void Listen(RegistryNews news)
    {
        if (_isFailing)
        {
            _isFailing = false;
            Works(logger);
        }

        standing.Hear();

        // While what is asked fails, an event is a reason to ask again.
        if (registry.Hear(news) || !standing.State.Value.IsConnected)
        {
            Asking.Signal();
        }
    }

    // The authority is asked at once. If it has not answered in half a second, it is taken to be away until it does.
    private async Task DoubtAsync(ContactFailure failure, CancellationToken cancellation)
    {
        long answers = standing.Answers;
        Asking.Signal();
        await Task.Delay(Doubt, time, cancellation).ConfigureAwait(false);
        if (standing.Answers != answers)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                Fails(logger, failure.Sentence);
            }
        }
        else if (standing.State.Value.IsConnected)
        {
            standing.Fail(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The authority answers, but not by its stream of events, so its registry is asked for regularly: {Problem}")]
    private static partial void Fails(ILogger logger, string problem);

    [LoggerMessage(2, LogLevel.Information, "The authority's stream of events works again")]
    private static partial void Works(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "Listening to the authority's events failed, which is a defect to report")]
    private static partial void Defect(ILogger logger, Exception exception);
}
