package documents

import (
	"fmt"
	"strings"
)

const (
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>` +
		`<Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
		`<Override PartName="/word/footer2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
		`<Override PartName="/word/footer3.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
		`<Override PartName="/customXml/itemProps1.xml" ContentType="application/vnd.openxmlformats-officedocument.customXmlProperties+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
		`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>`

	relations   = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	office      = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	packageRels = xmlHead + relations + `<Relationship Id="rId1" Type="` + office + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
		`<Relationship Id="rId3" Type="` + office + `extended-properties" Target="docProps/app.xml"/></Relationships>`

	documentRels = xmlHead + relations + `<Relationship Id="rId1" Type="` + office + `styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + office + `settings" Target="settings.xml"/>` +
		`<Relationship Id="rId3" Type="` + office + `fontTable" Target="fontTable.xml"/>` +
		`<Relationship Id="rId4" Type="` + office + `customXml" Target="../customXml/item1.xml"/>` +
		`<Relationship Id="rId10" Type="` + office + `header" Target="header1.xml"/>` +
		`<Relationship Id="rId11" Type="` + office + `footer" Target="footer1.xml"/>` +
		`<Relationship Id="rId12" Type="` + office + `footer" Target="footer2.xml"/>` +
		`<Relationship Id="rId13" Type="` + office + `footer" Target="footer3.xml"/></Relationships>`

	recordRels = xmlHead + relations + `<Relationship Id="rId1" Type="` + office + `customXmlProps" Target="itemProps1.xml"/></Relationships>`

	recordProps = xmlHead + `<ds:datastoreItem ds:itemID="{5A3C9A2E-6C0B-4D55-9B0E-2C6F1F0A7E11}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs/></ds:datastoreItem>`

	appProps = xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Zhunsheng</Application></Properties>`

	settings = xmlHead + `<w:settings ` + namespaces + `><w:zoom w:percent="100"/><w:evenAndOddHeaders/><w:drawingGridVerticalSpacing w:val="579"/>` +
		`<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>` +
		`<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
		`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`

	// The names under which machines without the fonts of the standard hold something near.
	fontTable = xmlHead + `<w:fonts ` + namespaces + `>` +
		`<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/><w:charset w:val="86"/><w:family w:val="modern"/><w:pitch w:val="default"/></w:font>` +
		`<w:font w:name="楷体_GB2312"><w:altName w:val="楷体"/><w:charset w:val="86"/><w:family w:val="modern"/><w:pitch w:val="default"/></w:font>` +
		`<w:font w:name="黑体"><w:altName w:val="SimHei"/><w:charset w:val="86"/><w:family w:val="modern"/><w:pitch w:val="default"/></w:font>` +
		`<w:font w:name="方正小标宋简体"><w:altName w:val="方正小标宋_GBK"/><w:charset w:val="86"/><w:family w:val="script"/><w:pitch w:val="default"/></w:font>` +
		`<w:font w:name="宋体"><w:altName w:val="SimSun"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font></w:fonts>`
)

func coreProps(p Paper) string {
	when := ""
	if !p.Day.IsZero() {
		when = `<dcterms:created xsi:type="dcterms:W3CDTF">` + p.Day.String() + `T00:00:00Z</dcterms:created>`
	}
	return xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escaped(oneLine(p.Title)) + `</dc:title><dc:creator>` + escaped(oneLine(p.Sign)) + `</dc:creator>` + when + `</cp:coreProperties>`
}

func styles() string {
	name := faceNames[fangsong]
	fonts := fmt.Sprintf(`<w:rFonts w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s" w:cs="%s"/>`, name, name, name, name)
	var b strings.Builder
	// No gap between Chinese and figures, no sign beyond the edge: 28 characters fill a line.
	b.WriteString(xmlHead + `<w:styles ` + namespaces + `><w:docDefaults><w:rPrDefault><w:rPr>` + fonts +
		`<w:kern w:val="2"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>`)
	fmt.Fprintf(&b, `<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl/><w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:spacing w:line="%d" w:lineRule="exact"/><w:jc w:val="both"/></w:pPr></w:style>`, gridPitch)
	fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:snapToGrid w:val="0"/><w:spacing w:line="%d" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="44"/><w:szCs w:val="44"/></w:rPr></w:style>`, twips(titleH))
	b.WriteString(`<w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Table Cell"/><w:basedOn w:val="Normal"/><w:pPr><w:snapToGrid w:val="0"/><w:jc w:val="left"/></w:pPr></w:style>`)
	b.WriteString(`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>`)
	b.WriteString(`</w:styles>`)
	return b.String()
}

// pageFooter is the page number in 宋体 between two lines, one character in from the edge:
// right on odd pages, left on even ones.
func pageFooter(side string) string {
	font := `<w:rPr><w:rFonts w:hint="eastAsia" w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr>`
	text := func(s string) string { return `<w:r>` + font + `<w:t xml:space="preserve">` + s + `</w:t></w:r>` }
	char := func(kind string) string { return `<w:r>` + font + `<w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	indent := fmt.Sprintf(`<w:ind w:%s="%d"/>`, side, twips(size4))
	return xmlHead + `<w:ftr ` + namespaces + `><w:p><w:pPr><w:snapToGrid w:val="0"/>` + fmt.Sprintf(`<w:spacing w:line="%d" w:lineRule="exact"/>`, twips(size4*1.25)) +
		indent + `<w:jc w:val="` + side + `"/></w:pPr>` + text("— ") + char("begin") + `<w:r>` + font + `<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>` +
		char("separate") + text("1") + char("end") + text(" —") + `</w:p></w:ftr>`
}

// The letterhead stands in the head of the first page, its second double line in the foot.
func letterHeader(p Paper) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<w:hdr ` + namespaces + `>`)
	name := oneLine(p.Sign)
	size := headSize(name)
	over := (areaWidth - letterRule) / 2
	paragraphXML(&b, par{jc: "center", line: size * 1.15, left: over, right: over,
		border: fmt.Sprintf(`<w:bottom w:val="thickThinSmallGap" w:sz="24" w:space="%d" w:color="%s"/>`, twips(headGap/20), red)},
		[]run{{xbsong, name}}, size, red)
	b.WriteString(`</w:hdr>`)
	return b.String()
}

func firstFooter(Paper) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<w:ftr ` + namespaces + `><w:p><w:pPr>`)
	fmt.Fprintf(&b, `<w:framePr w:w="%d" w:h="20" w:hRule="exact" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="%d" w:y="%d"/>`,
		twips(letterRule), twips((pageWidth-letterRule)/2), twips(letterBottom-4))
	fmt.Fprintf(&b, `<w:pBdr><w:top w:val="thinThickSmallGap" w:sz="24" w:space="0" w:color="%s"/></w:pBdr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>`, red)
	b.WriteString(`<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p></w:ftr>`)
	return b.String()
}
