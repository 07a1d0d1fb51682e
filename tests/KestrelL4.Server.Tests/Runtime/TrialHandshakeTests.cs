using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Runtime;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Server.Tests.Runtime;

public sealed class TrialHandshakeTests
{
    [Fact]
    public async Task RunAsync_GoodIdentity_HasNoProblem()
    {
        NodeIdentity identity = new(TestAuthority.CreateRoot().Issue(TestSubject.Server()).Certificate, []);

        Assert.Null((await TrialHandshake.RunAsync(identity, CancellationToken.None)).Problem);
    }

    [Fact]
    public async Task RunAsync_KeyTooWeakForTheTlsLibrary_TellsItsReason()
    {
        using RSA weak = RSA.Create(1024);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 own = new CertificateRequest("CN=weak", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now, now.AddDays(1));

        TrialHandshake trial = await TrialHandshake.RunAsync(new NodeIdentity(own, []), CancellationToken.None);

        Assert.Contains("ee key too small", trial.Problem, StringComparison.Ordinal);
    }
}
