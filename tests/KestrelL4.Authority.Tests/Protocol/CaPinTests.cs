using KestrelL4.Protocol;

namespace KestrelL4.Authority.Tests.Protocol;

public sealed class CaPinTests
{
    [Theory]
    [InlineData("ab", false)]
    [InlineData("zz8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327a", false)]
    [InlineData("AA8F434346648F6B96DF89DDA901C5176B10A6D83961DD3C1AC88B59B2DC327A", true)]
    [InlineData(" aa:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327a\n", true)]
    public void TryParse_Text_TakesSixtyFourDigits(string text, bool expected)
    {
        Assert.Equal(expected, CaPin.TryParse(text, out CaPin? pin));
        Assert.Equal(expected ? "aa8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327a" : null, pin?.ToString());
    }

    [Fact]
    public void Of_Root_EqualsItsOwnText()
    {
        using var authority = new AuthorityFixture();
        CaPin pin = CaPin.Of(authority.Issuers.Root.Certificate);

        Assert.True(CaPin.TryParse(pin.ToString(), out CaPin? read));
        Assert.Equal(pin, read);
        Assert.NotEqual(pin, CaPin.Of(authority.Issuers.Nodes.Certificate));
    }
}
