using System.Net;
using KestrelL4.Authority.Api;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Authority.Tests.Api;

public sealed class SourcePlacesTests
{
    private readonly SourcePlaces _places = new(2, new RefusalLog(NullLogger<RefusalLog>.Instance, new FakeTime()));
    private readonly TaskCompletionSource _end = new();
    private int _entered;

    [Fact]
    public async Task Pass_MoreThanASourceMayHave_ClosesThemAndLeavesOthersAlone()
    {
        Task[] two = [PassAsync("10.0.0.1"), PassAsync("10.0.0.1")];

        await PassAsync("10.0.0.1");
        Assert.Equal(2, _entered);
        Task other = PassAsync("10.0.0.2");
        Assert.Equal(3, _entered);

        _end.SetResult();
        await Task.WhenAll([.. two, other]);
        await PassAsync("10.0.0.1");
        Assert.Equal(4, _entered);
    }

    private Task PassAsync(string source) => _places.PassAsync(
        new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(source), 1) },
        _ =>
        {
            _entered++;
            return _end.Task;
        });
}
