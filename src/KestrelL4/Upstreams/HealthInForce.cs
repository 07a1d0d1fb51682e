using System.Diagnostics;

namespace KestrelL4.Upstreams;

/// <summary>How an upstream is, as probes and dials tell; it begins healthy. Read from any thread, changed under the set's lock only.</summary>
internal sealed class HealthInForce
{
    private readonly long[] _changes = new long[UpstreamHealthExtensions.Count];
    private State _state = new(UpstreamHealth.Healthy, null, 0);
    private long _outSince;

    /// <summary>Whether it may be picked.</summary>
    public UpstreamHealth Health => Volatile.Read(ref _state).Health;

    /// <summary>Why it is not healthy, for people; null when it is.</summary>
    public string? Reason => Volatile.Read(ref _state).Reason;

    /// <summary>When it changed, in ticks of <see cref="Stopwatch"/>; 0 = it never did.</summary>
    public long ChangedAt => Volatile.Read(ref _state).Since;

    /// <summary>How often it became this.</summary>
    public long Changes(UpstreamHealth health) => Volatile.Read(ref _changes[(int)health]);

    /// <summary>Takes in what probes or dials tell; a new reason for the same health is kept too.</summary>
    /// <returns>What changed; null = nothing but the reason.</returns>
    public HealthChange? Report(UpstreamHealth health, string? reason, TimeProvider time)
    {
        State before = Volatile.Read(ref _state);
        if (before.Health == health)
        {
            Volatile.Write(ref _state, before with { Reason = reason });
            return null;
        }

        Volatile.Write(ref _state, new State(health, reason, Stopwatch.GetTimestamp()));
        Interlocked.Increment(ref _changes[(int)health]);
        if (before.Health == UpstreamHealth.Healthy)
        {
            _outSince = time.GetTimestamp();
        }

        return new HealthChange(health, reason, health == UpstreamHealth.Healthy ? time.GetElapsedTime(_outSince) : null);
    }

    /// <summary>Forgets how it was; that is counted as no change.</summary>
    public void BeginAnew()
    {
        if (Health != UpstreamHealth.Healthy)
        {
            Volatile.Write(ref _state, new State(UpstreamHealth.Healthy, null, Stopwatch.GetTimestamp()));
        }
    }

    private sealed record State(UpstreamHealth Health, string? Reason, long Since);
}
