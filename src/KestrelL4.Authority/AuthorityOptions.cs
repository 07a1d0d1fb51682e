using System.Net;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Authority;

/// <summary>How an authority is to run.</summary>
/// <param name="Directory">Where everything is that it keeps; made 0700 when it is missing.</param>
/// <param name="Listen">The addresses of its HTTPS. One or more.</param>
/// <param name="Hosts">The names and addresses under which nodes reach it. One or more.</param>
internal sealed record AuthorityOptions(string Directory, IReadOnlyList<IPEndPoint> Listen, IReadOnlyList<HostName> Hosts);
