using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>The lines that are kept between questions: one a pathway, with the identity in force.</summary>
/// <remarks>A line that is given up, because another identity is shown or all is built anew, ends with the last request that goes over it.</remarks>
/// <param name="time">The clock of dials.</param>
internal sealed class StandingLines(TimeProvider time) : IDisposable
{
    private readonly Dictionary<Pathway, Standing> _lines = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    /// <summary>Sends a request over the line of a way; gives the answer when its headers are there.</summary>
    /// <param name="way">The way.</param>
    /// <param name="trust">Judges who answers.</param>
    /// <param name="identity">The certificate that is shown; null = none.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(
        Way way, ServerTrust trust, X509Certificate2? identity, HttpRequestMessage request, CancellationToken cancellation)
    {
        Standing standing = Enter(way, trust, identity);
        try
        {
            return await standing.Line.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Leave(standing);
        }
    }

    /// <summary>Gives all lines up.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (Standing standing in _lines.Values)
            {
                GiveUp(standing);
            }

            _lines.Clear();
        }
    }

    private Standing Enter(Way way, ServerTrust trust, X509Certificate2? identity)
    {
        lock (_lock)
        {
            if (_lines.TryGetValue(way.Pathway, out Standing? standing) && !ReferenceEquals(standing.Identity, identity))
            {
                GiveUp(standing);
                standing = null;
            }

            standing ??= new Standing(new Line(way, trust.Validate, identity, time), identity) { IsGivenUp = _isDisposed };
            if (!_isDisposed)
            {
                _lines[way.Pathway] = standing;
            }

            standing.Requests++;
            return standing;
        }
    }

    private void Leave(Standing standing)
    {
        lock (_lock)
        {
            standing.Requests--;
            if (standing is { IsGivenUp: true, Requests: 0 })
            {
                standing.Line.Dispose();
            }
        }
    }

    private static void GiveUp(Standing standing)
    {
        standing.IsGivenUp = true;
        if (standing.Requests == 0)
        {
            standing.Line.Dispose();
        }
    }

    private sealed class Standing(Line line, X509Certificate2? identity)
    {
        public Line Line { get; } = line;

        public X509Certificate2? Identity { get; } = identity;

        public int Requests { get; set; }

        public bool IsGivenUp { get; set; }
    }
}
