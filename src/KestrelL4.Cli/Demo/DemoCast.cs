namespace KestrelL4.Cli.Demo;

/// <summary>Has the authority admit the node and register those who play.</summary>
internal static class DemoCast
{
    /// <summary>How many connections alice may hold at the same time.</summary>
    public const int AliceConnections = 6;

    /// <summary>Registers alice and carol with a grant, bob without, mallory not at all, and makes the node's join token.</summary>
    public static async Task RegisterAsync(DemoAdministrator administrator, DemoFiles files, CancellationToken cancellation)
    {
        files.WriteToken(await administrator.CreateTokenAsync(DemoNames.Node, cancellation));
        string[] granted = [DemoNames.Application];
        await administrator.AddAsync(DemoNames.Alice, files.CertificateIdOf(DemoNames.Alice), granted, cancellation);
        await administrator.LimitAsync(DemoNames.Alice, DemoNames.Application, AliceConnections, cancellation);
        await administrator.AddAsync(DemoNames.Bob, files.CertificateIdOf(DemoNames.Bob), [], cancellation);
        await administrator.AddAsync(DemoNames.Carol, files.CertificateIdOf(DemoNames.Carol), granted, cancellation);
    }
}
