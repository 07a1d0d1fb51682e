using System.Net;
using KestrelL4.ProxyProtocol;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Probing;

namespace KestrelL4.Server.YarpBinding;

/// <summary>A probe to make, in the only shape in which YARP passes it on.</summary>
/// <param name="upstream">Whom to probe.</param>
/// <param name="check">What to ask.</param>
/// <param name="header">The PROXY header that it expects.</param>
internal sealed class ProbeRequest(CheckedUpstream upstream, ActiveCheckConfiguration check, ProxyHeaderVersion header) : HttpRequestMessage
{
    /// <summary>Whom to probe.</summary>
    public CheckedUpstream Upstream => upstream;

    /// <summary>What to ask.</summary>
    public ActiveCheckConfiguration Check => check;

    /// <summary>The PROXY header that it expects.</summary>
    public ProxyHeaderVersion Header => header;
}

/// <summary>A probe that was made.</summary>
/// <param name="request">What was asked.</param>
/// <param name="result">What was told.</param>
internal sealed class ProbeResponse(ProbeRequest request, ProbeResult result) : HttpResponseMessage(HttpStatusCode.OK)
{
    /// <summary>Who was probed.</summary>
    public CheckedUpstream Upstream => request.Upstream;

    /// <summary>What was asked.</summary>
    public ActiveCheckConfiguration Check => request.Check;

    /// <summary>What was told.</summary>
    public ProbeResult Result => result;
}
