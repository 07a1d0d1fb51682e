using System.Net.ServerSentEvents;
using System.Text.Json;
using KestrelL4.Protocol;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>An open stream of the registry's events; one reader at a time.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    /// <summary>How long a stream may bring no event before it is dead: 20 s, four heartbeats.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly Way _way;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed;
    private readonly EventBound _bound;
    private readonly IAsyncEnumerator<SseItem<RegistryNews?>> _events;
    private Task<bool>? _pending;
    private ContactFailure? _failure;

    /// <summary>Takes over an answer whose body is the stream.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body.</param>
    /// <param name="way">Where it comes from.</param>
    /// <param name="time">The clock of silence.</param>
    /// <param name="closing">Ends the stream.</param>
    public EventStream(HttpResponseMessage response, Stream body, Way way, TimeProvider time, CancellationToken closing)
    {
        _response = response;
        _way = way;
        _time = time;
        _closed = CancellationTokenSource.CreateLinkedTokenSource(closing);
        _bound = new EventBound(body);
        _events = SseParser.Create(_bound, Parse).EnumerateAsync(_closed.Token).GetAsyncEnumerator(_closed.Token);
    }

    /// <summary>
    /// The next event, heartbeats included: which snapshot is in force. A failure when the stream ended, broke, or has been
    /// silent for 20 s; the same one from then on.
    /// </summary>
    public async Task<Contact<RegistryNews>> ReadAsync(CancellationToken cancellation)
    {
        if (_failure is not null)
        {
            return _failure;
        }

        try
        {
            return await NextAsync(cancellation).ConfigureAwait(false);
        }
        catch (ContactException exception)
        {
            return Fail(exception.Fault, exception.Message);
        }
        catch (TimeoutException)
        {
            return Fail(ContactFault.Away, $"has been silent for {Silence.TotalSeconds:0} s where events were due every {AuthorityRoutes.HeartbeatInterval.TotalSeconds:0} s");
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested
            && exception is IOException or HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            return Fail(ContactFault.Away, _closed.IsCancellationRequested
                ? "is followed no longer"
                : $"broke off the stream of events ({exception.GetBaseException().Message.TrimEnd('.')})");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        _response.Dispose();
        if (_pending is { } pending)
        {
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _events.DisposeAsync().ConfigureAwait(false);
        _closed.Dispose();
    }

    private async Task<RegistryNews> NextAsync(CancellationToken cancellation)
    {
        long begin = _time.GetTimestamp();
        while (true)
        {
            // Kept over a cancellation, so that whoever reads on misses nothing.
            _pending ??= _events.MoveNextAsync().AsTask();
            TimeSpan left = Silence - _time.GetElapsedTime(begin);
            bool isEvent = await _pending.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancellation).ConfigureAwait(false);
            _pending = null;
            if (!isEvent)
            {
                throw new ContactException(ContactFault.Away, "ended the stream of events");
            }

            if (_events.Current.Data is { } news)
            {
                return news;
            }
        }
    }

    // Null = an event of a kind that this version does not know.
    private RegistryNews? Parse(string type, ReadOnlySpan<byte> data)
    {
        _bound.Begin();
        if (type is not (AuthorityRoutes.RegistryEvent or AuthorityRoutes.HeartbeatEvent))
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(data, ProtocolJson.Default.RegistryNews) is { Version.Length: > 0 } news)
            {
                return news;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new ContactException(ContactFault.Misconfigured, "sends an event that cannot be read: is the authority of another version?");
    }

    private ContactFailure Fail(ContactFault fault, string predicate) => _failure = new ContactFailure(fault, Printable.Whole($"{_way} {predicate}"));
}
