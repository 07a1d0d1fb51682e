using KestrelL4.Server.Configuration;
using KestrelL4.Server.Probing;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Counts probes in a row that contradict how an upstream stands, until they are enough.</summary>
internal sealed class RiseAndFall
{
    private int _contradictions;

    /// <summary>How the upstream stands after a probe. One that is not down yet stays available until it has failed often enough.</summary>
    /// <param name="now">How it stood before.</param>
    /// <param name="outcome">What the probe told.</param>
    /// <param name="check">How many it takes.</param>
    public DestinationHealth Next(DestinationHealth now, ProbeOutcome outcome, ActiveCheckConfiguration check)
    {
        if (outcome == ProbeOutcome.Unknown)
        {
            return now;
        }

        DestinationHealth told = outcome == ProbeOutcome.Succeeded ? DestinationHealth.Healthy : DestinationHealth.Unhealthy;
        bool isContradiction = (told == DestinationHealth.Unhealthy) != (now == DestinationHealth.Unhealthy);
        if (isContradiction && ++_contradictions < (told == DestinationHealth.Healthy ? check.Rise : check.Fall))
        {
            return now;
        }

        _contradictions = 0;
        return told;
    }

    /// <summary>Counts from the beginning: something else is asked from now on.</summary>
    public void Reset() => _contradictions = 0;
}
