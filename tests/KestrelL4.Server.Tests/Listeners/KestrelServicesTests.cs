using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Listeners;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Listeners;

public sealed class KestrelServicesTests
{
    [Fact]
    public async Task Create_ServerWithoutAHost_CarriesItsTls()
    {
        await using ServiceProvider services = KestrelServices.Create(NullLoggerFactory.Instance);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var options = new KestrelServerOptions { ApplicationServices = services };

        options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
    }
}
