using KestrelL4.Bench.Certificates;

namespace KestrelL4.Bench.Proxies;

/// <summary>What every proxy is given alike.</summary>
/// <param name="Certificates">The shared certificates.</param>
/// <param name="FirstUpstream">Loopback port of upstream <c>a</c>.</param>
/// <param name="SecondUpstream">Loopback port of upstream <c>b</c>.</param>
internal sealed record ProxySetting(CertificateFiles Certificates, int FirstUpstream, int SecondUpstream);
